"""Diagnoses of the table: what its columns, targets and rows tell, whatever network reads them."""
