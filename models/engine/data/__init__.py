"""Makes a job's rows: data set, split, scaler, targets, batches and the order in which epochs read them."""
