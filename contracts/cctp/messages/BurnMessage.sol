// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// The body of a burn, as far as V1 and V2 agree: 132 bytes, which are all of a V1 body and the start of a V2 body.
///
///   version 0..4 · burnToken 4..36 · mintRecipient 36..68 · amount 68..100 · messageSender 100..132
library BurnMessage {
    uint256 private constant V1_LENGTH = 132;

    function encodeV1(
        uint32 version,
        bytes32 burnToken,
        bytes32 mintRecipient,
        uint256 amount,
        bytes32 messageSender
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(version, burnToken, mintRecipient, amount, messageSender);
    }

    function requireValidV1(bytes calldata body) internal pure {
        require(body.length == V1_LENGTH, "Invalid message length");
    }

    function getVersion(bytes calldata body) internal pure returns (uint32) {
        return uint32(bytes4(body[0:4]));
    }

    function getBurnToken(bytes calldata body) internal pure returns (bytes32) {
        return bytes32(body[4:36]);
    }

    function getMintRecipient(bytes calldata body) internal pure returns (bytes32) {
        return bytes32(body[36:68]);
    }

    function getAmount(bytes calldata body) internal pure returns (uint256) {
        return uint256(bytes32(body[68:100]));
    }

    function getMessageSender(bytes calldata body) internal pure returns (bytes32) {
        return bytes32(body[100:132]);
    }
}
