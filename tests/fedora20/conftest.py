import pytest
from fedora20_network import Network, data_file, read_network


@pytest.fixture(scope="session")
def network() -> Network:
    """The Fedora 20 release. Skips where INTERLOCK_DATA has none."""
    file = data_file()
    if not file.exists():
        pytest.skip(f"the Fedora 20 network is not there: {file} (INTERLOCK_DATA says where to look)")
    return read_network(file)
