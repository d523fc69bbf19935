from hypothesis import settings

# A busy machine is no fault of the code: what takes long here is the machine, and no example is judged by its time.
settings.register_profile("contracts", deadline=None)
settings.load_profile("contracts")
