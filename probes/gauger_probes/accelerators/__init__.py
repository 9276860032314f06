"""Accelerators: found through sysfs, named through pci.ids, asked through NVML."""
