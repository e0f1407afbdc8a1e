from tests.cluster.run import Run


def run(run: Run) -> None:
    return None
