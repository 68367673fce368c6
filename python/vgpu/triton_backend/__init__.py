"""What Triton's entry point `triton.backends` names: compiler.py and driver.py, a class in each."""
