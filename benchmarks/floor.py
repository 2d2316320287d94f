"""The floor of a first ingestion: the same pages and the same batches, and nothing else.

``python -m benchmarks.floor ORIGIN`` reads every page of applications one after the other and
posts everybody in batches of 50 to the postings that stand there, as fast as httpx goes.
"""

import asyncio
import sys
from collections import defaultdict
from typing import Any

import httpx

BATCH = 50


async def ingest(origin: str) -> int:
    """Return how many people were sent."""
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
        sent = 0
        for job, group in people.items():
            made = await client.post(
                f"{origin}/api/v2/postings", json={"title": f"Floor of job {job}"}
            )
            path = f"{origin}/api/v2/postings/{made.json()['data']['id']}/candidates/bulk"
            for start in range(0, len(group), BATCH):
                answer = await client.post(path, json={"data": group[start : start + BATCH]})
                sent += len(answer.json()["data"])
        return sent


if __name__ == "__main__":
    print(asyncio.run(ingest(sys.argv[1])))
