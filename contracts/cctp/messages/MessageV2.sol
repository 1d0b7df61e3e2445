// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A message of CCTP V2: a header of 148 bytes, integers big endian, then the body.
///
///   MessageHeader 0..12 · nonce 12..44 · sender 44..76 · recipient 76..108 · destinationCaller 108..140 ·
///   minFinalityThreshold 140..144 · finalityThresholdExecuted 144..148 · messageBody 148..
library MessageV2 {
    uint256 private constant HEADER_LENGTH = 148;

    /// The message as it is emitted: who attests it fills in nonce and finalityThresholdExecuted.
    function encode(
        uint32 version,
        uint32 sourceDomain,
        uint32 destinationDomain,
        bytes32 sender,
        bytes32 recipient,
        bytes32 destinationCaller,
        uint32 minFinalityThreshold,
        bytes calldata messageBody
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(
            version,
            sourceDomain,
            destinationDomain,
            bytes32(0),
            sender,
            recipient,
            destinationCaller,
            minFinalityThreshold,
            uint32(0),
            messageBody
        );
    }

    function requireValid(bytes calldata message) internal pure {
        require(message.length >= HEADER_LENGTH, "Invalid message: too short");
    }

    function getNonce(bytes calldata message) internal pure returns (bytes32) {
        return bytes32(message[12:44]);
    }

    function getSender(bytes calldata message) internal pure returns (bytes32) {
        return bytes32(message[44:76]);
    }

    function getRecipient(bytes calldata message) internal pure returns (bytes32) {
        return bytes32(message[76:108]);
    }

    function getDestinationCaller(bytes calldata message) internal pure returns (bytes32) {
        return bytes32(message[108:140]);
    }

    function getFinalityThresholdExecuted(bytes calldata message) internal pure returns (uint32) {
        return uint32(bytes4(message[144:148]));
    }

    function getBody(bytes calldata message) internal pure returns (bytes calldata) {
        return message[HEADER_LENGTH:];
    }
}
