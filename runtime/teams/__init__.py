"""Teams: a manager and its participants."""
