"""What is kept on this computer: the journal, its projections, and the little that is neither."""
