"""What mathematics says of activations and initializers before anything is trained. NumPy alone, float64 throughout."""
