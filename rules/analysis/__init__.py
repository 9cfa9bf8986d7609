"""What is asked of policy beside deciding by it; needs the extra `analysis`, loaded when asked."""
