"""The rows of the route table for pictures."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from core.api.http.operation import FileFields, Operation, RequestSample
from core.api.image.endpoints import image, image_edit, image_variation, router_image
from core.api.image.files import image_file
from core.api.image.models import image_model_endpoints, image_models
from core.api.schemas import images as schemas
from core.bodies.image.endpoints import EditBody, GenerationBody, RouterImageBody, VariationBody
from core.contract.tasks import FACTS, Task
from core.image_files.store import OTHER, SHOWN

MEDIA = ("application/json", "text/event-stream")
ERRORS = (402, 404, 413, 415, 502, 503, 504)
BINARY = {"type": "string", "format": "binary"}
PICTURES = {"anyOf": [BINARY, {"type": "array", "items": BINARY}]}
SENT = "picture.png"
MODEL = {"model": "local/canvas"}

IMAGE_OPERATIONS = (
    Operation(
        "POST",
        FACTS[Task.IMAGE].path,
        image,
        _("Images"),
        _("Make pictures from a description"),
        schemas.Images,
        body=GenerationBody,
        media_types=MEDIA,
        errors=ERRORS,
        files=FileFields(form={}),
        sample=RequestSample({**MODEL, "prompt": "A lighthouse at dusk", "size": "1024x1024"}),
    ),
    Operation(
        "POST",
        "/images/edits",
        image_edit,
        _("Images"),
        _("Change pictures as described, inside a mask where there is one"),
        schemas.Images,
        body=EditBody,
        media_types=MEDIA,
        errors=ERRORS,
        files=FileFields(
            form={"image": PICTURES, "mask": BINARY}, required=("image",), samples={"image": SENT}
        ),
        sample=RequestSample({**MODEL, "prompt": "Blur it"}),
    ),
    Operation(
        "POST",
        "/images/variations",
        image_variation,
        _("Images"),
        _("Make pictures like one that is sent"),
        schemas.Images,
        body=VariationBody,
        media_types=MEDIA,
        errors=ERRORS,
        files=FileFields(form={"image": BINARY}, required=("image",), samples={"image": SENT}),
        sample=RequestSample(MODEL),
    ),
    Operation(
        "POST",
        "/images",
        router_image,
        _("Images"),
        _("Make pictures, as OpenRouter's clients ask for them"),
        schemas.RouterImages,
        body=RouterImageBody,
        media_types=MEDIA,
        errors=ERRORS,
        sample=RequestSample({**MODEL, "prompt": "A lighthouse at dusk"}),
    ),
    Operation("GET", "/images/models", image_models, _("Images"), _("Models that draw"), schemas.ImageModels),
    Operation(
        "GET",
        "/images/models/{author}/{slug}/endpoints",
        image_model_endpoints,
        _("Images"),
        _("Who serves a model that draws, and what each parameter may be"),
        schemas.ImageEndpoints,
        errors=(404,),
        pattern="/images/models/{id:path}/endpoints",
        sample=RequestSample(path="/images/models/local/canvas/endpoints"),
    ),
    Operation(
        "GET",
        "/images/files/{token}",
        image_file,
        _("Images"),
        _("A picture at the address that `response_format` `url` gives"),
        media_types=(*SHOWN.values(), OTHER.media_type),
        errors=(404,),
        pattern="/images/files/{token}",
        public=True,
        sample=RequestSample(path="/images/files/$IMAGE_TOKEN", output="lighthouse.png"),
    ),
)
