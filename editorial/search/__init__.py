"""One search over everything that readers may see.

`words` says what a word is; `catalog` and `newsroom` what of each kind of content can be found; `index` keeps the
tables in step with the content; `question` reads what a reader typed; `results` finds and ranks; `spelling` corrects;
`excerpts` shows where the hits are.
"""
