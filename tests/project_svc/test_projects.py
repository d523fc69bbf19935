"""Projects: created, read, listed, changed, deleted."""




async def test_a_project_is_created_and_read_back(api):
    body = {"key": "TRAM-4", "name": "Tram line 4", "start": "2026-03-02", "deadline": None, "currency": "EUR"}
    answer = await api.request("POST", "/projects", json=body | {"granularity": "day"})
    assert answer.status_code == 201
    created = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["interlock-position"] == f"project/{created['id']}@1"
    assert created["state"] == "proposed"
    assert created["start"] == "2026-03-02"
    assert await api.get(f"/projects/{created['id']}") == created
