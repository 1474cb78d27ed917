"""What deploys the product names what is there: commands, ports, paths, settings, one image, bounds on everything."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.local.databases import SERVICES
from deploy.local.process import ROOT
from gateway.routes import ROUTES
from tests.deploy.manifests import DEPLOY, KUBERNETES, Pod, documents, load, megabytes, pods
from tests.deploy.test_env_examples import EXAMPLES, settings_in
from tests.running_system import RunningSystem

COMPOSE = load(DEPLOY / "compose.yaml")["services"]
WITH_TLS = load(DEPLOY / "compose.tls.yaml")["services"]
OURS = {name: each for name, each in COMPOSE.items() if name != "postgresql"}
GUNICORN = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))
STAYING = {
    *(("web", name) for name in (*SERVICES, "gateway")),
    *(("worker", name) for name in SERVICES),
}
ONCE = {*(("migrate", name) for name in SERVICES), ("register", "clients")}
HOLDS_UP = 1.5
"""What a process may use at most is so many times of what it was seen to use."""


def settings_of(process: str) -> set[str]:
    return {name for name, _, _ in settings_in(EXAMPLES / f"{process}.env.example")}


def unit(name: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text().splitlines():
        key, is_value, value = line.partition("=")
        if is_value and not line.startswith("#"):
            values.setdefault(key, []).append(value)
    return values


# --- what is started ---


@pytest.mark.parametrize(("kind", "name"), sorted(STAYING | ONCE))
def test_every_command_reaches_the_program_that_asks_for_its_settings(kind: str, name: str) -> None:
    done = subprocess.run(
        ["sh", "deploy/start.sh", kind, name],
        cwd=ROOT,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "BIND": "127.0.0.1:0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert re.search(r"[A-Z_]+ is not set", done.stdout + done.stderr)


@pytest.mark.parametrize("command", [[], ["web"], ["web", "nothing"], ["worker", "gateway"]])
def test_what_is_no_command_is_told_which_there_are(command: list[str]) -> None:
    done = subprocess.run(
        ["sh", "deploy/start.sh", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "start.sh web accounts|" in done.stderr) == (2, True)


def test_everything_is_started_by_each_of_the_ways() -> None:
    by_compose = {tuple(each["command"]) for each in OURS.values()}
    by_kubernetes = {tuple(each["args"]) for pod in pods() for each in pod.containers}
    lines = (DEPLOY / "Procfile").read_text().splitlines()
    by_procfile = {tuple(line.split("start.sh ")[1].split()) for line in lines}
    assert by_compose == by_kubernetes == STAYING | ONCE
    assert by_procfile == STAYING
    wanted = " ".join(unit("balai.target")["Wants"]).split()
    assert set(wanted) == {f"balai-{kind}@{name}.service" for kind, name in STAYING}
    for kind in ("web", "worker", "migrate"):
        assert unit(f"balai-{kind}@.service")["ExecStart"] == [f"/bin/sh deploy/start.sh {kind} %i"]


def test_systemd_can_make_every_user_that_a_unit_runs_as() -> None:
    lines = (DEPLOY / "systemd" / "balai.sysusers.conf").read_text().splitlines()
    made = [shlex.split(line) for line in lines if not line.startswith("#")]
    for kind, _, number, described in made:
        assert (kind, number) == ("u", "-")
        # A field of /etc/passwd: systemd-sysusers passes over a line whose description cannot be one, and succeeds.
        assert re.fullmatch(r"[^:\x00-\x1f\x7f]+", described), described
    wanted = {
        unit(file.name)["User"][0].replace("%i", name)
        for file in (DEPLOY / "systemd").glob("*.service")
        for kind, name in STAYING | ONCE
        if kind in file.name
    }
    assert [name for _, name, _, _ in made] == sorted(wanted | {"balai-accounts"})


def test_the_image_holds_what_runs_and_no_more() -> None:
    file = (DEPLOY / "Dockerfile").read_text()
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", file, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert kept == copied
    assert ignored[1] == "*"
    assert all((ROOT / name).exists() for name in copied)
    assert "--require-hashes" in file
    assert "--only-binary :all:" in file
    assert re.findall(r"^USER (.+)$", file, re.MULTILINE) == ["10001:10001"]
    assert re.search(r"^EXPOSE 8000$", file, re.MULTILINE)
    assert file.count("\nFROM ") == 3
    command = re.search(r"HEALTHCHECK.*?CMD (\[.+?\])", file, re.DOTALL)
    assert command is not None
    assert json.loads(command[1])[1:] == ["deploy/healthy.py", "http://127.0.0.1:8000/healthz"]


def test_there_is_one_image_and_every_version_is_named() -> None:
    ours = {each["image"] for each in OURS.values()}
    assert ours == {"${BALAI_IMAGE:-balai:0.1.0}"}
    assert {c["image"] for pod in pods() for c in pod.containers} == {"balai:0.1.0"}
    python = re.findall(r"^ARG PYTHON=(.+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    others = [COMPOSE["postgresql"]["image"], WITH_TLS["nginx"]["image"], *python]
    assert all(re.search(r":[0-9]+\.[0-9]+", image) for image in others)


# --- what each may do ---


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_container_of_compose_can_do_little(name: str) -> None:
    each = OURS[name]
    assert (each["user"], each["read_only"], each["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert each["security_opt"] == ["no-new-privileges:true"]
    assert megabytes(each["mem_limit"])
    to_outside = name in ("gateway", "accounts-worker")
    assert each["networks"] == (["inside", "outside"] if to_outside else ["inside"])


def test_only_the_gateway_is_reached_and_only_from_the_machine_itself() -> None:
    published = {name: each["ports"] for name, each in COMPOSE.items() if "ports" in each}
    assert published == {"gateway": ["127.0.0.1:${BALAI_PORT:-8000}:8000"]}
    assert load(DEPLOY / "compose.yaml")["networks"]["inside"] == {"internal": True}
    assert {name for name, each in WITH_TLS.items() if "ports" in each} == {"nginx"}
    assert WITH_TLS["gateway"]["environment"] == {"PROXIES_IN_FRONT": "1"}


def test_each_is_given_its_own_settings_and_only_migrations_the_owner() -> None:
    for each in OURS.values():
        kind, name = each["command"]
        files = [file.rpartition("/")[2].removesuffix(".env") for file in each["env_file"]]
        assert files == expected_files(kind, name)
        assert all((EXAMPLES / f"{file}.env.example").exists() for file in files)
    for pod in pods():
        for container in pod.containers:
            secrets = [each["secretRef"]["name"] for each in container["envFrom"]]
            assert secrets == expected_files(*container["args"])
    made = load(KUBERNETES / "example" / "kustomization.yaml")["secretGenerator"]
    named = {each["name"]: each["envs"] for each in made}
    examples = {file.name.removesuffix(".env.example") for file in EXAMPLES.glob("*.example")}
    assert named == {name: [f"settings/{name}.env"] for name in examples - {"postgresql"}}


def expected_files(kind: str, name: str) -> list[str]:
    if kind == "register":
        return ["accounts", "clients"]
    return [name, f"{name}-migrations"] if kind == "migrate" else [name]


def test_what_is_set_beside_the_files_are_settings_too() -> None:
    known = settings_of("catalog") | settings_of("enrolment") | settings_of("gateway")
    for each in OURS.values():
        assert set(each.get("environment", {})) <= known
    for pod in pods():
        for container in pod.containers:
            assert {each["name"] for each in container.get("env", [])} <= settings_of(
                container["args"][1]
            )


@pytest.mark.parametrize("pod", [*pods()], ids=lambda pod: pod.name)
def test_a_pod_can_do_little_and_is_bounded(pod: Pod) -> None:
    whole = pod.spec["securityContext"]
    assert (whole["runAsNonRoot"], whole["runAsUser"]) == (True, 10001)
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod.spec["automountServiceAccountToken"] is False
    for container in pod.containers:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert megabytes(container["resources"]["limits"]["memory"])
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


# --- how it is looked at, and how it ends ---


def test_probes_ask_what_processes_answer() -> None:
    for pod in pods():
        if pod.kind == "Job":
            continue
        for container in pod.containers:
            named = {port["name"]: port["containerPort"] for port in container["ports"]}
            given = {each["name"]: each["value"] for each in container["env"]}
            is_web = container["args"][0] == "web"
            expected = (
                {
                    "startupProbe": "/healthz",
                    "livenessProbe": "/healthz",
                    "readinessProbe": "/readyz",
                }
                if is_web
                else {"startupProbe": "/metrics", "livenessProbe": "/metrics"}
            )
            asked = {key: each["httpGet"] for key, each in container.items() if "Probe" in key}
            assert {key: get["path"] for key, get in asked.items()} == expected
            bound = given["BIND" if is_web else "METRICS_BIND"]
            assert {f"0.0.0.0:{named[get['port']]}" for get in asked.values()} == {bound}


def test_everything_is_given_the_time_it_takes_to_stop() -> None:
    graceful = GUNICORN["graceful_timeout"]
    for pod in pods():
        if pod.kind == "Deployment":
            pauses = [
                int(each["lifecycle"]["preStop"]["exec"]["command"][1])
                for each in pod.containers
                if "lifecycle" in each
            ]
            most = pod.spec["terminationGracePeriodSeconds"]
            assert most >= max(pauses, default=0) + graceful + 5
    for name in ("web", "worker"):
        assert int(unit(f"balai-{name}@.service")["TimeoutStopSec"][0]) >= graceful + 5
    for each in OURS.values():
        assert int(each["stop_grace_period"].removesuffix("s")) >= graceful + 5


def test_what_has_several_pods_is_never_drained_whole_and_what_has_one_can_be() -> None:
    every = documents(KUBERNETES / "base")
    budgets = {d["metadata"]["name"]: d for d in every if d["kind"] == "PodDisruptionBudget"}
    assert set(budgets) == {*SERVICES, "gateway"}
    for budget in budgets.values():
        assert budget["spec"]["maxUnavailable"] == 1
        label = budget["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
        assert label in {pod.labels["app.kubernetes.io/name"] for pod in pods()}
    # The search index has one keeper, also while one pod takes over from another.
    [catalog] = [
        d for d in every if d["kind"] == "Deployment" and d["metadata"]["name"] == "catalog"
    ]
    assert catalog["spec"]["replicas"] == 1
    assert catalog["spec"]["strategy"] == {"type": "Recreate"}


def test_the_network_lets_in_who_asks_and_nobody_else() -> None:
    reached: dict[str, set[str]] = {}
    for document in documents(KUBERNETES / "base"):
        if document["kind"] == "NetworkPolicy" and "ingress" in document["spec"]:
            target = document["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
            [rule] = document["spec"]["ingress"]
            assert rule["ports"] == [{"protocol": "TCP", "port": 8000}]
            reached[target] = {
                each["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
                for each in rule["from"]
            }
    asked: dict[str, set[str]] = {}
    for pod in pods():
        for each in (e for container in pod.containers for e in container.get("env", [])):
            match = re.match(r"http://([a-z]+):8000", each["value"])
            if match:
                asked.setdefault(match[1], set()).add(pod.labels["app.kubernetes.io/name"])
    assert reached == asked
    denied = documents(KUBERNETES / "base")
    assert any(d["spec"].get("podSelector") == {} and "ingress" not in d["spec"] for d in denied)


# --- what stands in front ---


def test_nginx_passes_on_what_the_gateway_takes() -> None:
    site = (DEPLOY / "nginx" / "balai.conf").read_text()

    def values(name: str) -> list[str]:
        return re.findall(rf"^\s+{name} (.+);$", site, re.MULTILINE)

    assert values("proxy_pass") == ["http://balai_gateway"] * 2
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in site
    [usual, of_files] = values("client_max_body_size")
    [place] = re.findall(r"location ~ (\S+) {", site)
    for route in ROUTES:
        taken = of_files if re.search(place, route.path) else usual
        assert int(taken.removesuffix("m")) << 20 > route.largest_body, route.name
    [patience] = values("proxy_read_timeout")
    assert int(patience.removesuffix("s")) > max(route.seconds for route in ROUTES) + 5
    ingresses = [each for each in documents(KUBERNETES / "example") if each["kind"] == "Ingress"]
    told = [
        {name.rpartition("/")[2]: text for name, text in each["metadata"]["annotations"].items()}
        for each in ingresses
    ]
    assert [each["proxy-body-size"] for each in told] == [usual, of_files]
    [rule] = ingresses[1]["spec"]["rules"]
    of_large = tuple(each["path"] for each in rule["http"]["paths"])
    for route in ROUTES:
        if re.search(place, route.path):
            assert route.path.startswith(of_large), route.name
    assert {f"{each['proxy-read-timeout']}s" for each in told} == {patience}
    for file in ("upstream.conf", "nginx.conf"):
        upstream = (DEPLOY / "nginx" / file).read_text()
        kept = re.search(r"keepalive_timeout (\d+)s;", upstream)
        assert kept is not None
        assert int(kept[1]) < GUNICORN["keepalive"]
        assert re.search(r"server (gateway|127\.0\.0\.1):8000;", upstream)


# --- memory ---


def test_limits_of_memory_are_above_what_processes_use(system: RunningSystem) -> None:
    assert limits("compose").keys() == limits("kubernetes").keys() == limits("systemd").keys()
    for running in map(system.supervisor.find, system.supervisor.names()):
        if running.name != "postgresql":
            used = _megabytes_used(running.child.pid)
            for way in ("compose", "kubernetes", "systemd"):
                assert limits(way)[running.name] > HOLDS_UP * used, (way, running.name, used)


def limits(way: str) -> dict[str, int]:
    """Return the most that each process may use, in megabytes, by the names of the local system."""
    named: dict[tuple[str, str], Any] = {}
    if way == "compose":
        named = {tuple(each["command"]): each["mem_limit"] for each in OURS.values()}
    elif way == "kubernetes":
        every = (each for pod in pods() for each in pod.containers)
        named = {tuple(each["args"]): each["resources"]["limits"]["memory"] for each in every}
    else:
        named = {(k, n): unit(f"balai-{k}@.service")["MemoryMax"][0] for k, n in STAYING}
    return {
        name if kind == "web" else f"{name}-worker": megabytes(most)
        for (kind, name), most in named.items()
        if kind in ("web", "worker")
    }


def _megabytes_used(process: int) -> float:
    """Return what a process and its children hold in memory; what they share counts once."""
    children = [
        int(child)
        for task in (Path("/proc") / str(process) / "task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    rollup = (Path("/proc") / str(process) / "smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB$", rollup, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024 + sum(_megabytes_used(child) for child in children)
