"""Whole pages, kept ready and answered before Django is asked.

A request passes `layer`. `asking` says which page it asks for, or that it is none of ours; `memory` holds pages up to
a bound in bytes; `pages` is one of them, compressed once, with its answers; `filling` has Django make a page that is
missing, once, however many ask; `refusals` says, in one place, what may be kept. `second_level` is what all machines
share; `release` tells apart what two releases of the program make. `purging` has a network in front forget its copies.

A page is shown as long as the content is the one that it was made from. `versions` reads what the database says of
that, `triggers` has every table of content say so, `knowledge` is what this process knows, kept by `listening`;
`snapshot` has a page that is to be kept made from one state of the database, and learns until when it holds;
`repeating` spares its view where the database answers as it did the last time.
"""
