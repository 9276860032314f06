"""Three-valued evaluation of rules over intervals, with its explanation."""
