// Restoration
