"""How the API describes itself: what every view has in common, said once."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

MEANINGS = {
    304: "Still the version in If-None-Match.",
    400: "What was sent cannot be read or is not allowed.",
    401: "Not signed in, and no token that works. The same whether or not the trust exists.",
    403: "This person's roles do not allow it; the answer says whose do.",
    404: "Not there, or not for this person to know of.",
    406: "Only JSON is spoken here.",
    409: "Somebody else wrote about the same since this version. Nothing was saved.",
    412: "It has changed since the version in If-Match.",
    413: "More was sent than is read at once.",
    415: "Only JSON is read here.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
}
REFUSALS = (400, 401, 403, 404, 406, 429)
FIRST_REFUSAL = 400
LARGEST_ID = 10**18 - 1

ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, description="The matrix's version.", response=[200, 304])
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="A version the client has; 304 when it is still that."
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The version the client acts on; 412 when it is another."
)
RETRY_AFTER = OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, description="Seconds.", response=[429])


class Refusal(serializers.Serializer):
    """Why not: one sentence in `detail`, or `errors` with the sentences by field ("" where no field is to blame)."""

    detail = serializers.CharField(required=False)
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class TrustSchema(AutoSchema):
    """Reads what a view says of itself: `tag`, `takes`, `answers`, `also`, `headers_told`."""

    view: Any

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_operation_id(self) -> str:
        return self.view.operation or f"{self.view.tag.lower()}_{self.view.action}"

    def get_description(self) -> str:  # type: ignore[override]
        inherited = getattr(self.view, "action", "") == "retrieve" and not self.view.retrieve.__doc__
        return "One of them, by its number." if inherited else super().get_description()

    def get_request_serializer(self) -> Any:
        return self.view.takes

    def get_response_serializers(self) -> Any:
        return self.view.answers or super().get_response_serializers()

    def get_override_parameters(self) -> list[Any]:
        own = [] if self._is_list_view() else list(self.view.headers_told)
        return [RETRY_AFTER, *own]

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        parameters = super()._resolve_path_parameters(variables)
        for one in parameters:
            if one["name"] == "id" or one["name"].endswith("_id"):
                one["schema"] = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        also = () if self._is_list_view() else self.view.also
        for code in (*REFUSALS, *also):
            if str(code) not in bodies:
                body = Refusal if code >= FIRST_REFUSAL else None
                answer = OpenApiResponse(body, description=MEANINGS[code])
                bodies[str(code)] = self._get_response_for_code(answer, str(code), ["application/json"], direction)
        return bodies


class TokenScheme(OpenApiAuthenticationExtension):
    """A person's own token for one trust."""

    target_class = "schools.sign_in.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        words = "`Authorization: Token …`, made on the account page. It can do what the person can, in one trust."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": words}


class SessionScheme(OpenApiAuthenticationExtension):
    """A signed-in browser; writing also needs the CSRF token."""

    target_class = "schools.sign_in.ApiSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        words = "A signed-in browser. A write needs `X-CSRFToken` as well."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": words}
