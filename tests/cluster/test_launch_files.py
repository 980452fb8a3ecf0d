"""scripts/cluster*.yaml against Ray's own schema; scripts/kuberay.yaml against KubeRay's (kuberay_schema.yaml has the
part of it that matters) and Ray's own reading of it. `test_pods.py` tries what its pods are allowed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import ray
import yaml
from ray.autoscaler._private.kuberay.autoscaling_config import _derive_autoscaling_config_from_ray_cr
from ray.autoscaler._private.util import prepare_config, validate_config

from tests.cluster.hosts import CHECKOUT

SCRIPTS = CHECKOUT / "scripts"
CLUSTERS = ["cluster.yaml", "cluster_local.yaml"]


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SCRIPTS / name).read_text(encoding="utf-8"))
    return found


# ray up


@pytest.mark.parametrize("name", CLUSTERS)
def test_cluster_is_what_rays_schema_asks_for(name: str) -> None:
    validate_config(prepare_config(read(name)))


@pytest.mark.parametrize("name", CLUSTERS)
def test_cluster_copies_what_there_is_and_a_token(name: str) -> None:
    mounts = read(name)["file_mounts"]
    token, image = mounts.pop("~/.ray/auth_token"), mounts.pop("~/deepcoder-checkout/runs/sandbox.tar")
    assert (token, image) == ("~/.ray/auth_token", "runs/sandbox.tar")
    assert [source for source in mounts.values() if not (CHECKOUT / source).exists()] == []
    assert all(target == f"~/deepcoder-checkout/{source}" for target, source in mounts.items())


@pytest.mark.parametrize("name", CLUSTERS)
def test_cluster_leaves_rays_doors_as_they_are(name: str) -> None:
    config = read(name)
    started = " ".join(config["head_start_ray_commands"] + config["worker_start_ray_commands"])
    assert "dashboard-host" not in started
    assert "disabled" not in started
    assert "RAY_AUTH_MODE=token" in config["setup_commands"][0]


def test_pools_on_aws_add_nodes() -> None:
    config = prepare_config(read("cluster.yaml"))
    types = config["available_node_types"]
    assert (types["sandboxes"]["min_workers"], types["sandboxes"]["max_workers"]) == (0, config["max_workers"])
    assert types["trainer"]["max_workers"] == 0  # besides the head


# KubeRay


def pods() -> list[dict[str, Any]]:
    cluster = read("kuberay.yaml")["spec"]["rayClusterSpec"]
    return [each["template"]["spec"] for each in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]


def test_job_is_what_kuberays_schema_asks_for() -> None:
    schema = yaml.safe_load((Path(__file__).parent / "kuberay_schema.yaml").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    assert [error.message for error in validator.iter_errors(read("kuberay.yaml"))] == []


def test_job_has_a_token_and_what_its_pods_need() -> None:
    cluster = read("kuberay.yaml")["spec"]["rayClusterSpec"]
    assert cluster["authOptions"] == {"mode": "token"}
    assert cluster["rayVersion"] == ray.__version__
    assert all(each["minReplicas"] <= each["replicas"] <= each["maxReplicas"] for each in cluster["workerGroupSpecs"])
    for pod in pods():
        (container,) = pod["containers"]
        assert f":{ray.__version__}" in container["image"]
        assert container["resources"]["requests"] == container["resources"]["limits"]
        assert {mount["name"] for mount in container.get("volumeMounts", [])} == {
            volume["name"] for volume in pod.get("volumes", [])
        }


def test_ray_reads_of_the_cluster_that_sandboxes_scale_and_the_trainer_has_the_gpu() -> None:
    cluster = {
        "metadata": {"name": "deepcoder", "namespace": "default"},
        "spec": read("kuberay.yaml")["spec"]["rayClusterSpec"],
    }
    config = _derive_autoscaling_config_from_ray_cr(cluster)
    validate_config(config)
    head = config["available_node_types"][config["head_node_type"]]
    sandboxes = config["available_node_types"]["sandboxes"]
    assert head["resources"]["GPU"] == 1
    assert (sandboxes["min_workers"], sandboxes["max_workers"], sandboxes["resources"]["CPU"]) == (1, 8, 16)
    assert config["idle_timeout_minutes"] == 5
