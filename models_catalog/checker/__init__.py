"""The license checker: what may this reader do with this model?

Three steps, each a module of its own: `asking` reads a question from a query
string, `weighing` answers it, `telling` writes the answer for programs. None of
them holds a verdict: what a license says is in its rules, and whom a rule
concerns is in its use case, so that an editor adds a license version by filling
in its grid of rules.

The order of precedence, which the page tells readers too:

1. Each activity starts from the rule that the license has for it. A license
   without such a rule has not been assessed; the answer is then “not covered”.
2. To it come the rules on every circumstance that is true of the reader: users
   above the threshold, a place of business in the European Union together with
   a multimodal model, a finished product. One on which the text is silent (“not
   covered”) changes nothing.
3. A circumstance may spare the reader another one (whoever receives the model
   inside a finished product is spared the user threshold), under those licenses
   that say “allowed” to it. The other one then does not count.
4. The strictest of what is left decides: prohibited, then ask Meta, then not
   covered, then allowed with conditions, then allowed. So a circumstance can
   take away what a rule allows but never allow what a rule prohibits.
5. The conditions are those of the rules that decide. Where nothing stricter
   stands in the way, those of all rules that ask or spare something add up.
6. The overall verdict is the strictest of the activities.
"""

from .asking import PARAMETERS, CheckForm, Options, Question
from .places import PLACES, Place
from .telling import as_data, errors_as_data
from .weighing import ActivityAnswer, Answer, Comparison, ModelMatters, Reader, check, compare

__all__ = [
    "PARAMETERS",
    "PLACES",
    "ActivityAnswer",
    "Answer",
    "CheckForm",
    "Comparison",
    "ModelMatters",
    "Options",
    "Place",
    "Question",
    "Reader",
    "as_data",
    "check",
    "compare",
    "errors_as_data",
]
