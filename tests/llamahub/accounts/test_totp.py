"""Codes as RFC 6238 makes them, and the address that hands the secret to an app."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from llamahub.accounts import totp

# Appendix B of the RFC, for SHA-1; of its eight digits, the last six.
SECRET = b"12345678901234567890"
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037",
           20000000000: "353130"}  # fmt: skip


@pytest.mark.parametrize(("time", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(time, code):
    assert totp.code(SECRET, time // 30) == code
    assert totp.matching_step(SECRET, code, at=time) == time // 30


@pytest.mark.parametrize("drift", [-30, 30])
def test_a_clock_may_be_half_a_minute_wrong(drift):
    assert totp.matching_step(SECRET, "005924", at=1234567890 + drift) == 1234567890 // 30


@pytest.mark.parametrize("drift", [-60, 61, 3600])
def test_a_clock_that_is_more_than_that_wrong_is_no_use(drift):
    assert totp.matching_step(SECRET, "005924", at=1234567890 + drift) is None


def test_a_code_at_or_before_the_last_one_is_not_taken_again():
    step = 1234567890 // 30
    assert totp.matching_step(SECRET, "005924", at=1234567890, after=step - 1) == step
    assert totp.matching_step(SECRET, "005924", at=1234567890, after=step) is None
    assert totp.matching_step(SECRET, "005924", at=1234567890, after=step + 1) is None


@pytest.mark.parametrize("code", ["", "28708", "2870820", "٢٨٧٠٨٢", "28708２", " 287082"])
def test_what_is_not_the_six_digits_is_wrong(code):
    assert totp.matching_step(SECRET, code, at=59) is None


def test_secrets_are_random_and_as_long_as_recommended():
    assert len({totp.new_secret() for _ in range(50)}) == 50
    assert len(totp.new_secret()) == 20


def test_the_secret_is_written_in_groups_of_four():
    assert totp.text_of(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_the_address_names_the_site_and_the_account():
    address = urlsplit(totp.uri(SECRET, account="ada+1@example.org", issuer="Llama Hub"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Llama Hub:ada+1@example.org"
    assert parse_qs(address.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Llama Hub"]}
    assert "+" not in address.query


@pytest.mark.parametrize("account", ["a" * 150, "名" * 150])
def test_a_very_long_name_is_cut_so_that_the_code_can_be_read(account):
    address = totp.uri(SECRET, account=account, issuer="LlamaHub")
    assert len(address) <= 213
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in address
