"""Code samples of the request on screen: a module per task with one function `samples(request)`.

It takes a `SampleRequest`, returns a list of `Sample` and raises what the API raises for an invalid request.
"""

from playground.tasks import modules

MODULES = modules(__name__)
