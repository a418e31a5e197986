"""The unemployment registry (失业登记管理部门), outside this system, which is told by report."""
