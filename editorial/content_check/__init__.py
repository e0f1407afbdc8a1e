"""What is wrong with the content of the site: for ``manage.py check_content`` and the editors’ page.

* `findings`: what a finding says, and where it leads.
* `texts`: one text → its findings.
* `entries`: one entry → its findings, links included; also for one that is still being written.
* `style`: the house’s own words. `links`: where addresses of this site lead.
* `catalog`: facts without a source, and facts nobody has looked at for too long.
* `site`: all of it.
"""
