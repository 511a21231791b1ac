"""The tabs of a model's page: each adds its `panel`, a template, and what that needs to the context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy

from core.catalogue import prices
from core.catalogue.listing import Listing, status_of
from core.catalogue.readiness import readiness
from core.contract.errors import NotFound, PolyphonyError
from core.contract.tasks import Task
from core.ledger import reports, statistics
from core.ledger.statistics_text import throughput_text, uptime_text
from playground import samples, studios
from playground.samples.sample import SampleRequest
from playground.tasks import LABELS

PLAYGROUND = "playground"
NO_PANEL = "playground/tabs/none.html"
RECORDS_SHOWN = 20


def playground(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    """`studio` is the task whose tab is opened, `styles` the template of its stylesheets.

    `?task=` names one of the model's tabs; without it the first is opened.
    """
    tasks = tab_tasks(entry)
    if not tasks:
        return {"panel": NO_PANEL, "has_samples": Task(entry.model.tasks[0]) in samples.MODULES}
    wanted = request.GET.get("task")
    task = next((task for task in tasks if task == wanted), tasks[0])
    studio = studios.MODULES[task]
    try:
        context = studio.studio(entry, request.user, request.GET)
    except NotFound as error:
        raise Http404 from error
    return {
        "panel": f"playground/tabs/{task}.html",
        "styles": studio.FACTS.styles,
        "studio": task.value,
        "described": studio.FACTS.described,
        **context,
    }


def tab_tasks(entry: Listing) -> list[Task]:
    """Tasks of a model that have a tab of their own, that of the lowest rank first."""
    tasks = [task for task in map(Task, entry.model.tasks) if task in studios.MODULES]
    ranked = sorted(tasks, key=lambda task: studios.MODULES[task].FACTS.rank)
    first: dict[Any, Task] = {}
    for task in ranked:
        first.setdefault(studios.MODULES[task].studio, task)
    return list(first.values())


def tab_links(entry: Listing, tab: str, studio: str | None) -> list[tuple[str, str, bool]]:
    """(label, URL, whether it is open) of each tab; a model with several playgrounds has them by task."""
    links = [(other.label, f"?tab={name}", name == tab) for name, other in TABS.items()]
    tasks = tab_tasks(entry)
    if len(tasks) < 2:
        return links
    own = [(LABELS[task].label, f"?task={task}", tab == PLAYGROUND and task == studio) for task in tasks]
    return [*own, *links[1:]]


def code(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    """Samples for the model's first task. Raises `Http404` for a conversation that is not the user's."""
    task = Task(entry.model.tasks[0])
    if task not in samples.MODULES:
        return {"panel": NO_PANEL}
    sample_request = SampleRequest(
        user=request.user,
        model=entry.model.slug,
        params=sample_params(task, request, entry),
        origin=f"{request.scheme}://{request.get_host()}",
        place={"conversation": request.GET.get("conversation") or None},
    )
    try:
        found = samples.MODULES[task].samples(sample_request)
    except PolyphonyError as error:
        raise Http404 from error
    has_tab = task in studios.MODULES
    return {"panel": "playground/tabs/code.html", "task": task.value, "samples": found, "has_tab": has_tab}


def sample_params(task: Task, request: HttpRequest, entry: Listing) -> Mapping[str, Any]:
    """The request that the samples show: the one that is entered in the task's tab, where it has one."""
    studio = studios.MODULES.get(task)
    return studio.sample_params(entry, request.GET) if studio else samples.MODULES[task].PARAMS


def pricing(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    rows = []
    for endpoint in entry.model.endpoints:
        if endpoint.visible:
            state = readiness(endpoint.provider, endpoint.upstream_id)
            rows.append(
                {
                    "provider": endpoint.provider,
                    "upstream_id": endpoint.upstream_id,
                    "ready": state.ready,
                    "help": state.help,
                    "lines": prices.lines(endpoint.known_prices),
                    "formats": ", ".join(endpoint.formats),
                    "day": last_day(endpoint.id),
                }
            )
    return {"panel": "playground/tabs/pricing.html", "endpoints": rows, "advice": status_of(entry.model)[1]}


def last_day(endpoint_id: int) -> dict[str, Any] | None:
    """What the attempts of an endpoint came to; None where there was none."""
    found = statistics.current(endpoint_id)
    if found is None:
        return None
    latency = found.day.latency
    return {
        "median": latency.p50 if latency else None,
        "slow": latency.p95 if latency else None,
        "throughput": throughput_text(found.day),
        "uptime": uptime_text(found.day),
    }


def usage(request: HttpRequest, entry: Listing) -> dict[str, Any]:
    mine, slug = [request.user.pk], entry.model.slug
    rows = reports.usage_report(users=mine, model=slug)["rows"]
    return {
        "panel": "playground/tabs/usage.html",
        "row": rows[0] if rows else None,
        "records": reports.records(users=mine, model=slug)[:RECORDS_SHOWN],
    }


class Tab(NamedTuple):
    label: str
    context: Callable[[HttpRequest, Listing], dict[str, Any]]


TABS = {
    PLAYGROUND: Tab(gettext_lazy("Playground"), playground),
    "code": Tab(gettext_lazy("Code"), code),
    "pricing": Tab(gettext_lazy("Pricing & providers"), pricing),
    "usage": Tab(gettext_lazy("Usage"), usage),
}
