from gateway_kit import *  # noqa: F403  (its fixtures)
from live_kit import *  # noqa: F403  (its fixtures)
from webhook_kit import *  # noqa: F403
