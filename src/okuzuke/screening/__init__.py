"""Is this unlikely to be opted in?"""
