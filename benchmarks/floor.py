"""The floors: what the requests alone cost, made one after the other with httpx and nothing else.

``python -m benchmarks.floor ingest ORIGIN`` reads every page of applications and posts everybody
in batches of 50. ``python -m benchmarks.floor replay ORIGIN FILE`` makes the requests that stand
in a file, bodies included.
"""

import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

BATCH = 50


async def ingest(origin: str) -> None:
    """The same pages and the same batches as a first ingestion."""
    async with httpx.AsyncClient() as client:
        people: dict[str, list[dict[str, Any]]] = defaultdict(list)
        url: str | None = f"{origin}/spi/v3/candidates?limit=100"
        while url:
            page = (await client.get(url)).json()
            for row in page["candidates"]:
                people[row["job"]["shortcode"]].append(
                    {
                        "name": row["name"],
                        "email": row["email"],
                        "phone_number": row["phone"],
                        "metadata": {"external_id": f"workable:{row['id']}", "syncd": "floor"},
                    }
                )
            url = page.get("paging", {}).get("next")
        for job, group in people.items():
            made = await client.post(f"{origin}/api/v2/postings", json={"title": f"Floor {job}"})
            path = f"{origin}/api/v2/postings/{made.json()['data']['id']}/candidates/bulk"
            for start in range(0, len(group), BATCH):
                answer = await client.post(path, json={"data": group[start : start + BATCH]})
                answer.json()


async def replay(origin: str, requests: list[tuple[str, str, dict[str, str], str]]) -> None:
    """The same requests as somebody else made."""
    async with httpx.AsyncClient() as client:
        for method, path, query, body in requests:
            answer = await client.request(method, origin + path, params=query, content=body or None)
            if answer.content:
                answer.json()


if __name__ == "__main__":
    if sys.argv[1] == "ingest":
        asyncio.run(ingest(sys.argv[2]))
    else:
        asyncio.run(replay(sys.argv[2], json.loads(Path(sys.argv[3]).read_text())))
