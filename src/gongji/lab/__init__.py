"""推演 · the lab: a sample city, a demonstration, a storm, and what the machine can bear."""
