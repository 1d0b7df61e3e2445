// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A message of CCTP V1: a header of 116 bytes, integers big endian, then the body.
///
///   MessageHeader 0..12 · nonce 12..20 · sender 20..52 · recipient 52..84 · destinationCaller 84..116 ·
///   messageBody 116..
library MessageV1 {
    uint256 private constant HEADER_LENGTH = 116;

    function encode(
        uint32 version,
        uint32 sourceDomain,
        uint32 destinationDomain,
        uint64 nonce,
        bytes32 sender,
        bytes32 recipient,
        bytes32 destinationCaller,
        bytes calldata messageBody
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(
            version, sourceDomain, destinationDomain, nonce, sender, recipient, destinationCaller, messageBody
        );
    }

    function requireValid(bytes calldata message) internal pure {
        require(message.length >= HEADER_LENGTH, "Invalid message: too short");
    }

    function getNonce(bytes calldata message) internal pure returns (uint64) {
        return uint64(bytes8(message[12:20]));
    }

    function getSender(bytes calldata message) internal pure returns (bytes32) {
        return bytes32(message[20:52]);
    }

    function getRecipient(bytes calldata message) internal pure returns (bytes32) {
        return bytes32(message[52:84]);
    }

    function getDestinationCaller(bytes calldata message) internal pure returns (bytes32) {
        return bytes32(message[84:116]);
    }

    function getBody(bytes calldata message) internal pure returns (bytes calldata) {
        return message[HEADER_LENGTH:];
    }
}
