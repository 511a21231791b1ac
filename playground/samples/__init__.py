"""Code samples of the request on screen: a module per task with one function `samples(request)`.

It takes a `SampleRequest`, returns a list of `Sample` and raises what the API raises for an invalid request.
That of a task without a tab has `PARAMS` too, the request that its models' pages show.
"""

from playground.tasks import TASKS, WITHOUT_TAB, modules

MODULES = modules(__name__, (*TASKS, *WITHOUT_TAB))
