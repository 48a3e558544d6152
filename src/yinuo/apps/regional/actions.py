"""区域评估: from the commission to the published result and its upkeep (附件3)."""
