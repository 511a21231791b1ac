"""What the pages need to know of a model and of a task: a module per task.

Each has
- `FACTS`, a `StudioFacts`: how the task's uploads, receipts and transcripts are handled;
- `studio(entry, user, query)`: the context of the template `playground/tabs/<task>.html`. `query` holds the
  parameters of the page's URL. Raises `NotFound` for what they name and the user does not own;
- `sample_params(entry, query)`: the parameters of the request that the code tab shows at first;
- `receipt(run)`: the context of the template `FACTS.result`.
"""

from playground.tasks import modules

MODULES = modules(__name__)
