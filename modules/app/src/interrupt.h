// SIGINT and SIGTERM while a package is being written: nothing half written stays.
#pragma once

namespace lineguard::app {

// From now on either signal removes the folders that are being written (StagedFolder) and ends the program with 128
// plus its number. For commands that have nothing else to put in order; call it once. Programs that are started later
// are not affected.
void remove_staged_folders_on_interrupt();

}  // namespace lineguard::app
