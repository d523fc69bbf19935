"""A baseline's scope: success criteria, deliverables with what it takes to accept them, and links are kept, hashed and compared."""

from hashlib import sha256

from tests.project_svc.control import baseline, plan

SAME = {"counts": {"added": 0, "removed": 0, "changed": 0}, "added": [], "removed": [], "changed": []}


async def test_what_is_agreed_on_beside_the_dates_is_kept_hashed_and_compared(api):
    project, dig, pour = await plan(api, success_criteria="A tram every ten minutes.")
    stop = (await api.post(f"{project}/deliverables", {"name": "Stop", "acceptance_criteria": "Two trams fit."}))["id"]
    sign = (await api.post(f"{project}/deliverables", {"name": "Sign"}))["id"]
    first = await baseline(api, project)
    path = f"{project}/baselines/{first['id']}"
    assert first["success_criteria"] == "A tram every ten minutes."
    content = await api.request("GET", f"{path}/content")
    assert first["content_hash"] == f"sha-256:{sha256(content.content).hexdigest()}"
    told = content.json()
    assert [each["acceptance_criteria"] for each in told["deliverables"]] == ["Two trams fit.", ""]
    (link,) = told["links"]
    assert (link["predecessor_id"], link["successor_id"], link["lag"]) == (dig, pour, "P0D")
    same = await api.get(f"{path}/comparison")
    assert (same["are_success_criteria_changed"], same["deliverables"], same["links"]) == (False, SAME, SAME)

    await api.patch(f"{project}/deliverables/{stop}", {"acceptance_criteria": "One tram fits."})
    await api.delete(f"{project}/deliverables/{sign}")
    bench = (await api.post(f"{project}/deliverables", {"name": "Bench"}))["id"]
    await api.delete(f"{project}/links/{link['link_id']}")
    await api.patch(f"{project}/tasks/{pour}", {"constraint": {"type": "SNET", "date": "2026-03-09"}})
    await api.patch(project, {"success_criteria": "A tram every hour."})
    now = await api.get(f"{path}/comparison")
    assert (now["are_success_criteria_changed"], now["counts"]["moved"]) == (True, 0), "the dates are as they were"
    assert now["deliverables"] == {
        "counts": {"added": 1, "removed": 1, "changed": 1},
        "added": [bench],
        "removed": [sign],
        "changed": [stop],
    }
    assert (now["links"]["removed"], now["links"]["counts"]["removed"]) == ([link["link_id"]], 1)
    second = await baseline(api, project, "Later")
    assert second["content_hash"] != first["content_hash"]
    between = await api.get(f"{path}/comparison", params={"with": second["id"]})
    assert between["deliverables"] == now["deliverables"]
    assert (await api.request("GET", f"{path}/content")).content == content.content
