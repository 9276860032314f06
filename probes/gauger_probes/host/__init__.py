"""The machine: boards, processors, memory, network, disks, firmware."""
