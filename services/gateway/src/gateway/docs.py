"""Interactive documentation at `/docs`, with every asset served from here: it works without internet."""

from importlib import resources

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from chassis.routes import LateRoute
from gateway.identity.dependencies import Stranger
from gateway.published import PUBLIC, answering

ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
PARAMETERS = {"persistAuthorization": True, "displayRequestDuration": True, "filter": True, "docExpansion": "none"}

router = APIRouter(include_in_schema=False, route_class=LateRoute, dependencies=[Stranger])


@router.get("/docs")
def show_documentation() -> HTMLResponse:
    """Swagger UI over `/v1/openapi.json`."""
    return get_swagger_ui_html(
        openapi_url="/v1/openapi.json",
        title="Interlock",
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon-32x32.png",
        swagger_ui_parameters=PARAMETERS,
    )


def _asset_route(name: str, media_type: str) -> None:
    asset = answering(resources.files("fastapi_swagger.resources").joinpath(name).read_bytes, media_type, PUBLIC)

    @router.get(f"/docs/{name}", name=name)
    def show_asset(request: Request) -> Response:
        return asset(request)


for _name, _media_type in ASSETS.items():
    _asset_route(_name, _media_type)
