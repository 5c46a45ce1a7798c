"""What routers do, held against what their texts say: facts of both, for one and the same proof."""
