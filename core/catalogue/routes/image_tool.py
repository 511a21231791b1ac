"""The image model that the tool `image_generation` of a chat model draws with: which one, and its prices.

An endpoint of a chat model has the tool where its option `image_tool` lists names of image models, the one it
draws with by itself first. Each is an endpoint of the same provider, with a sheet of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.routes.image import target_options
from core.catalogue.routes.targets import build_target
from core.catalogue.snapshot import current
from core.catalogue.validation.image.tool import check_picture, image_models, not_drawn_by, offers_tool
from core.contract.chat import ChatRequest
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.image import ImageTool
from core.contract.route import Target
from core.contract.tasks import FACTS, Task
from core.contract.usage import TOOL_KINDS, Price


def endpoints_with_tool(request: ChatRequest, endpoints: list[EndpointEntry]) -> list[EndpointEntry]:
    """Those that have the tool, where it is asked for and one of them has it; else all."""
    offering = [endpoint for endpoint in endpoints if offers_tool(endpoint)]
    return offering if request.image_tool is not None and offering else endpoints


def with_image_models(
    request: ChatRequest, pairs: Iterable[tuple[EndpointEntry, Target]]
) -> tuple[list[Target], tuple[str, ...]]:
    """The targets with the image model that each draws with, and the names of these models here.

    Targets that cannot draw as the tool says are left out. Raises the refusal of the first when none can.
    """
    found: list[Target] = []
    models: dict[str, None] = {}
    refusal: InvalidRequest | None = None
    for endpoint, target in pairs:
        if request.image_tool is None or not offers_tool(endpoint):
            found.append(target)
            continue
        try:
            model, drawing = image_model(request.image_tool, endpoint)
            found.append(with_image_model(request.image_tool, target, drawing))
        except InvalidRequest as error:
            refusal = refusal or error
        else:
            models[model.slug] = None
    if refusal is not None and not found:
        raise refusal
    return found, tuple(models)


def image_model(tool: ImageTool, endpoint: EndpointEntry) -> tuple[ModelEntry, Target]:
    """The image model that the tool names, or the first that can be asked. Raises `InvalidRequest`."""
    named = tool.picture.model
    for name in image_models(endpoint):
        for model, drawing in endpoints_named(name, endpoint):
            if named in (name, model.slug) or (not named and not model.retired()):
                check_picture(tool, model)
                return model, build_target(drawing, options=target_options(model))
    raise not_drawn_by(tool, named or "any of its models")


def endpoints_named(name: str, chat: EndpointEntry) -> Iterator[tuple[ModelEntry, EndpointEntry]]:
    """The endpoint of that name at the provider of a chat model's."""
    for model in current().models.values():
        for endpoint in model.endpoints if model.enabled else ():
            if endpoint.upstream_id == name and endpoint.provider.id == chat.provider.id and endpoint.visible:
                yield model, endpoint


def with_image_model(tool: ImageTool, target: Target, drawing: Target) -> Target:
    """The target with the prices of its image model beside its own. Raises `Unsupported` where the chat
    model has prices and the image model has none: what is not priced is not free."""
    priced = any(price.usd_per_unit for price in target.prices)
    names = {price.name for price in drawing.prices}
    if priced and not (names and FACTS[Task.IMAGE].is_complete(names)):
        raise Unsupported(
            f"{drawing.model} has no price here, and its pictures are not free.", param=f"{tool.place}.model"
        )
    added = tuple(tool_prices(drawing.prices)) if target.prices else ()
    return replace(target, prices=(*target.prices, *added), image_model=drawing)


def tool_prices(prices: Iterable[Price]) -> Iterator[Price]:
    return (replace(price, kind=TOOL_KINDS[price.kind]) for price in prices if price.kind in TOOL_KINDS)
