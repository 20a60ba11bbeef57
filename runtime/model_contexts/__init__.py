"""Views of an agent's memory that its model gets to see."""
