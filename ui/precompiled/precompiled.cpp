// A source for the precompiled header to belong to.
