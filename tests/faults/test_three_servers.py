"""Three NATS servers: the stream's leader is killed, another one moved, and nobody loses anything."""

import asyncio
from contextlib import suppress

import nats.errors
import pytest
from nats.js.errors import Error as JetStreamError

from chassis.bus import Bus
from chassis.streams import stream_config
from contracts.subjects import Stream
from local_stack.nats import Nats
from local_stack.ports import HOST, free_port

pytestmark = [pytest.mark.slow, pytest.mark.long]


class Member(Nats):
    """One server of a cluster."""

    def __init__(self, folder, port, routes):
        super().__init__(folder)
        self.cluster_port, self.routes = port, routes

    @property
    def name(self):
        return self._name

    def _render(self):
        routes = ", ".join(f'"nats://{HOST}:{port}"' for port in self.routes)
        return (
            super()._render() + f'cluster {{name: faults, listen: "{HOST}:{self.cluster_port}", routes: [{routes}]}}\n'
        )


@pytest.fixture
async def cluster(tmp_path):
    ports = [free_port() for _ in range(3)]
    members = [Member(tmp_path / str(number), port, ports) for number, port in enumerate(ports)]
    for member in members:
        member.start()
    yield members
    for member in members:
        member.kill()


async def leader(bus):
    with suppress(nats.errors.Error, JetStreamError, TimeoutError):
        info = await bus.jetstream.stream_info("PROJECT")
        return info.cluster.leader if info.cluster else None
    return None


async def test_the_leader_is_killed_and_another_one_steps_down(world, cluster):
    bus = Bus([member.url for member in cluster], "cluster")  # nats-py takes a list as well
    world.bus = bus
    await bus.connected()
    world.relay(config=stream_config(Stream.PROJECT, replicas=3))
    world.consumer()
    await world.write(20)
    await world.ends_well(within=60)
    assert (await bus.jetstream.stream_info("PROJECT")).config.num_replicas == len(cluster)
    killed = await leader(bus)
    [member] = [member for member in cluster if member.name == killed]
    await asyncio.to_thread(member.kill)
    await world.write(20)
    await world.ends_well(within=60)
    await bus.client.request("$JS.API.STREAM.LEADER.STEPDOWN.PROJECT", b"", timeout=5)
    await world.write(20)
    await world.ends_well(within=60)
    await asyncio.to_thread(member.start)
    await world.write(20)
    await world.ends_well(within=60)
    assert await world.is_told_in_order()
    await bus.close()
