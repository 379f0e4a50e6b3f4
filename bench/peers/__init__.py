"""What others do: programs that are run by file from outside this project, so that none of its settings hold."""
