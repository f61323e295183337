"""What many draws of an untrained network tell, before and after a few steps."""
