"""Memory stores: ListMemory and vector memories come with the memory issue."""
