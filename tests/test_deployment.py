"""The Compose file of further machines and the kustomize base agree with docker-compose.yaml, Dockerfile and code."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import ask

ROOT = Path(__file__).parent.parent
BASE = ROOT / "deploy" / "kustomize"
PARTS = ("bot", "worker")
#: What differs on a further machine: the addresses come from `.env`, and the results are in the bucket.
OWN = {"depends_on", "networks", "environment", "volumes"}


def compose(name: str) -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / name).read_text())
    assert isinstance(loaded, dict)
    return loaded


def rendered() -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of the base by kind and name. It has no generators and no patches: rendering is putting together."""
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text())
    assert kustomization.keys() == {"apiVersion", "kind", "labels", "resources"}
    assert {*kustomization["resources"], "kustomization.yaml"} == {path.name for path in BASE.iterdir()}
    objects = [one for name in kustomization["resources"] for one in yaml.safe_load_all((BASE / name).read_text())]
    found = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    assert len(found) == len(objects)
    return found


def pod(part: str) -> dict[str, Any]:
    spec: dict[str, Any] = rendered()["Deployment", f"fl-bt-{part}"]["spec"]["template"]["spec"]
    return spec


def container(part: str) -> dict[str, Any]:
    (one,) = pod(part)["containers"]
    assert isinstance(one, dict)
    return one


def megabytes(size: str) -> int:
    """Of Compose (`1g`, `256m`) and of Kubernetes (`1Gi`, `256Mi`)."""
    number, unit = re.fullmatch(r"(\d+)(m|g|Mi|Gi)", size).groups()  # type: ignore[union-attr]
    return int(number) * (1024 if unit[0].lower() == "g" else 1)


def stage(part: str) -> str:
    """The lines of an image in the Dockerfile."""
    found = re.search(rf"^FROM base AS {part}\n(.*?)(?=^FROM |\Z)", (ROOT / "Dockerfile").read_text(), re.S | re.M)
    assert found is not None
    return found[1]


def test_a_further_machine_has_the_worker_of_the_first() -> None:
    first, further = compose("docker-compose.yaml"), compose("docker-compose.worker.yaml")
    assert [*further["services"]] == ["worker"]
    here, there = first["services"]["worker"], further["services"]["worker"]
    assert {key: value for key, value in there.items() if key not in OWN} == {
        key: value for key, value in here.items() if key not in OWN
    }
    assert there.keys() <= here.keys()
    places = {volume.partition(":")[2] for volume in there["volumes"]}
    assert places == {volume.partition(":")[2] for volume in here["volumes"]}
    assert {volume.partition(":")[0] for volume in there["volumes"]} == further["volumes"].keys()


def test_a_further_machine_is_told_where_queue_and_bucket_are() -> None:
    here = compose("docker-compose.yaml")["services"]["worker"]["environment"]
    there = compose("docker-compose.worker.yaml")["services"]["worker"]["environment"]
    assert there.keys() == here.keys()
    wanted = {"FLBT_REDIS_URL", "FLBT_STORE"}
    for name in wanted:
        assert there[name].startswith(f"${{{name}:?has to be in .env - "), "nothing starts without it"
    assert {name: there[name] for name in there.keys() - wanted} == {name: here[name] for name in here.keys() - wanted}


@pytest.mark.parametrize("part", PARTS)
def test_a_pod_runs_what_the_container_runs(part: str) -> None:
    service, one = compose("docker-compose.yaml")["services"][part], container(part)
    assert one["image"] == f"fl-bt-{service['build']['target']}" == pod(part)["initContainers"][0]["image"]
    spoken = re.findall(r'CMD (\["python".*\])', stage(part))
    assert [yaml.safe_load(words) for words in spoken] == [one["readinessProbe"]["exec"]["command"], one["command"]]
    interval, timeout = re.findall(r"--(?:interval|timeout)=(\d+)s", stage(part))
    assert (one["readinessProbe"]["periodSeconds"], one["readinessProbe"]["timeoutSeconds"]) == (
        int(interval), int(timeout),
    )  # fmt: skip
    assert f"{pod(part)['terminationGracePeriodSeconds']}s" == service["stop_grace_period"]


@pytest.mark.parametrize("part", PARTS)
def test_a_pod_has_the_settings_of_the_container(part: str) -> None:
    service = compose("docker-compose.yaml")["services"][part]["environment"]
    own = {one["name"]: one["value"] for one in container(part)["env"]}
    fixed = {"FLBT_DATA", "FLBT_MODELS"}
    tokens = (
        {"FLBT_TELEGRAM_TOKEN", "FLBT_DISCORD_TOKEN"} if part == "worker" else set()
    )  # the bot's pod runs both bots
    assert own == {name: service[name] for name in fixed | tokens}
    assert container(part)["envFrom"] == [{"secretRef": {"name": "fl-bt"}}], "queue, bucket and the rest"


def test_pods_have_the_memory_of_the_containers() -> None:
    services = compose("docker-compose.yaml")["services"]
    limits = {part: megabytes(container(part)["resources"]["limits"]["memory"]) for part in PARTS}
    assert limits["worker"] == megabytes(services["worker"]["mem_limit"])
    assert limits["bot"] == megabytes(services["bot"]["mem_limit"]) + megabytes(services["discord"]["mem_limit"])


@pytest.mark.parametrize("part", PARTS)
def test_a_pod_has_no_rights_and_one_writable_folder(part: str) -> None:
    spec = pod(part)
    (user,) = re.findall(r"useradd --uid (\d+)", (ROOT / "Dockerfile").read_text())
    assert spec["securityContext"] == {
        "runAsNonRoot": True, "runAsUser": int(user), "runAsGroup": int(user), "fsGroup": int(user),
        "seccompProfile": {"type": "RuntimeDefault"},
    }  # fmt: skip
    assert spec["automountServiceAccountToken"] is False
    for one in (*spec["containers"], *spec["initContainers"]):
        assert one["securityContext"] == {
            "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
    assert all(volume["emptyDir"]["sizeLimit"] for volume in spec["volumes"]), (
        "nothing outlives the pod or fills the node"
    )
    mounted = {mount["name"] for one in (*spec["containers"], *spec["initContainers"]) for mount in one["volumeMounts"]}
    assert mounted == {volume["name"] for volume in spec["volumes"]}


@pytest.mark.parametrize("part", PARTS)
def test_labels_select_the_pods(part: str) -> None:
    spec = rendered()["Deployment", f"fl-bt-{part}"]["spec"]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]


def test_one_bot_and_workers_by_the_length_of_the_queue() -> None:
    objects = rendered()
    bot, worker = (objects["Deployment", f"fl-bt-{part}"]["spec"] for part in PARTS)
    assert (bot["replicas"], bot["strategy"]) == (1, {"type": "Recreate"})
    assert "replicas" not in worker, "each `apply` would undo the scaling"
    scaling = objects["ScaledObject", "fl-bt-worker"]["spec"]
    assert ("Deployment", scaling["scaleTargetRef"]["name"]) in objects
    assert [trigger["metadata"]["listName"] for trigger in scaling["triggers"]] == [
        keys.queue(Lane.STUDIO),
        keys.RUNNING,
    ]
    for trigger in scaling["triggers"]:
        assert trigger["type"] == "redis"
        assert all(isinstance(value, str) for value in trigger["metadata"].values()), "KEDA takes nothing else"
        assert ("TriggerAuthentication", trigger["authenticationRef"]["name"]) in objects
    assert scaling["minReplicaCount"] >= 1, "searches, listings and mixes go to the other lane"


async def test_the_length_that_keda_asks_for_is_the_number_of_tracks(queue: JobQueue) -> None:
    """KEDA takes ZCARD of a sorted set, and SCARD of a set."""
    line, work = (
        trigger["metadata"]["listName"] for trigger in rendered()["ScaledObject", "fl-bt-worker"]["spec"]["triggers"]
    )
    await queue.submit(request := ask("ana"))
    await queue.submit(ask("bia"))  # the same song
    assert await queue.redis.zcard(line) == 1
    assert await TrackQueue(queue.redis, "worker-1").begin(request.track_id) is not None
    assert (await queue.redis.zcard(line), await answer(queue.redis.scard(work))) == (0, 1)
