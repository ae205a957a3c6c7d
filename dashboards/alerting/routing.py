"""Who is told: contact points, policies by level and subject, night mute, and the Chinese texts.

One receiver a contact point and several by ``continue``: several receivers in one provisioned
contact point can show up twice (grafana/grafana#94666). Addresses and secrets are environment
variables of the Grafana server.
"""

from typing import Any, Final

Json = dict[str, Any]

ORG: Final = 1
NIGHT: Final = "tingfeng-night"
MESSAGE: Final = '{{ template "tingfeng.message" . }}'
TITLE: Final = '{{ template "tingfeng.title" . }}'

WECOM: Final = "tingfeng-wecom"
DINGTALK: Final = "tingfeng-dingtalk"
MAIL: Final = "tingfeng-mail"
WEBHOOK: Final = "tingfeng-webhook"


def contact_points() -> list[Json]:
    """Return the four contact points."""
    return [
        _point(
            WECOM,
            "wecom",
            {
                "url": "${TINGFENG_WECOM_WEBHOOK}",
                "msgtype": "markdown",
                "title": TITLE,
                "message": MESSAGE,
            },
        ),
        _point(
            DINGTALK,
            "dingding",
            {
                "url": "${TINGFENG_DINGTALK_WEBHOOK}",
                "msgType": "actionCard",
                "title": TITLE,
                "message": MESSAGE,
            },
        ),
        _point(
            MAIL,
            "email",
            {
                "addresses": "${TINGFENG_ALERT_MAIL}",
                "singleEmail": True,
                "subject": TITLE,
                "message": MESSAGE,
            },
        ),
        _point(
            WEBHOOK,
            "webhook",
            {
                "url": "${TINGFENG_ALERT_WEBHOOK}",
                "httpMethod": "POST",
                "authorization_scheme": "Bearer",
                "authorization_credentials": "${TINGFENG_ALERT_TOKEN}",
                "maxAlerts": 20,
            },
        ),
    ]


def _point(name: str, kind: str, settings: Json) -> Json:
    receiver = {
        "uid": f"{name}-1",
        "type": kind,
        "settings": settings,
        "disableResolveMessage": False,
    }
    return {"orgId": ORG, "name": name, "receivers": [receiver]}


def policies(subjects: dict[str, str]) -> list[Json]:
    """Return the tree: everything to the webhook, then by audience, then by subject.

    ``subjects`` maps a subject id to one more contact point for its moderate and severe alerts.
    """
    routes: list[Json] = [
        _route(WEBHOOK, [], "30s", "5m", "4h"),
        *(
            _route(
                point,
                [["subject", "=", subject], ["level", "=~", "moderate|severe"]],
                "10s",
                "1m",
                "2h",
            )
            for subject, point in sorted(subjects.items())
        ),
        _route(WECOM, [["audience", "=", "desk"]], "10s", "1m", "4h", mute=[NIGHT]),
        _route(WECOM, [["audience", "=", "operations"]], "30s", "5m", "4h"),
        _route(DINGTALK, [["audience", "=", "departments"]], "10s", "1m", "2h"),
        _route(DINGTALK, [["audience", "=", "management"]], "10s", "1m", "1h"),
        _route(MAIL, [["audience", "=", "management"]], "10s", "5m", "4h"),
    ]
    return [
        {
            "orgId": ORG,
            "receiver": WEBHOOK,
            "group_by": ["grafana_folder", "alertname", "incident_id"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": routes,
        }
    ]


def _route(
    receiver: str,
    matchers: list[list[str]],
    wait: str,
    interval: str,
    repeat: str,
    mute: list[str] | None = None,
) -> Json:
    route: Json = {
        "receiver": receiver,
        "group_wait": wait,
        "group_interval": interval,
        "repeat_interval": repeat,
        "continue": True,
    }
    if matchers:
        route["object_matchers"] = matchers
    if mute:
        route["mute_time_intervals"] = mute
    return route


def mute_times() -> list[Json]:
    """Return the night, which mutes the lowest level only; an interval may not cross midnight."""
    night = {
        "times": [
            {"start_time": "23:00", "end_time": "24:00"},
            {"start_time": "00:00", "end_time": "07:00"},
        ],
        "weekdays": ["monday:sunday"],
        "location": "Asia/Shanghai",
    }
    return [{"orgId": ORG, "name": NIGHT, "time_intervals": [night]}]


def templates() -> list[Json]:
    """Return the texts; names are global in Grafana, hence the prefix."""
    return [{"orgId": ORG, "name": "tingfeng", "template": _TEXTS}]


_TEXTS: Final = """\
{{ define "tingfeng.level" -}}
{{ if eq . "severe" }}严重{{ else if eq . "moderate" }}中等{{ else if eq . "minor" }}轻微\
{{ else }}未定级{{ end }}
{{- end }}
{{ define "tingfeng.title" -}}
{{ if eq .Status "firing" }}【{{ template "tingfeng.level" .CommonLabels.level }}】\
{{ else }}【已解除】{{ end }}{{ .CommonLabels.alertname }}\
{{ with .CommonLabels.company }} · {{ . }}{{ end }}
{{- end }}
{{ define "tingfeng.message" -}}
{{ $base := .ExternalURL -}}
{{ range .Alerts.Firing -}}
**{{ .Annotations.summary }}**
{{ with .Annotations.description }}原因：{{ . }}
{{ end -}}
{{ with .Annotations.playbook }}建议预案：《{{ . }}》
{{ end -}}
开始：{{ (.StartsAt | tz "Asia/Shanghai").Format "01-02 15:04" }}
{{ with .Annotations.link }}详情：{{ $base }}{{ . }}
{{ end -}}
{{ if not .Annotations.link }}{{ with .DashboardURL }}看板：{{ . }}
{{ end }}{{ end }}
{{ end -}}
{{ range .Alerts.Resolved -}}
已解除：{{ .Annotations.summary }}（{{ (.EndsAt | tz "Asia/Shanghai").Format "01-02 15:04" }}）
{{ end -}}
{{- end }}
"""
