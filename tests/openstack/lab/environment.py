def as_agents_would(site): pass
def write_all(): pass
