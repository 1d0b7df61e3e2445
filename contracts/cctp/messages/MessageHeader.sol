// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The first twelve bytes of a message, which V1 and V2 have alike.
///
///   version 0..4 · sourceDomain 4..8 · destinationDomain 8..12
library MessageHeader {
    function getVersion(bytes calldata message) internal pure returns (uint32) {
        return uint32(bytes4(message[0:4]));
    }

    function getSourceDomain(bytes calldata message) internal pure returns (uint32) {
        return uint32(bytes4(message[4:8]));
    }

    function getDestinationDomain(bytes calldata message) internal pure returns (uint32) {
        return uint32(bytes4(message[8:12]));
    }
}
