// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ITokenMinter} from "./ITokenMinter.sol";

/// The minter of V2 can also mint to two accounts at once: the recipient and the fee recipient.
interface ITokenMinterV2 is ITokenMinter {
    function mint(
        uint32 sourceDomain,
        bytes32 burnToken,
        address recipientOne,
        address recipientTwo,
        uint256 amountOne,
        uint256 amountTwo
    ) external returns (address);
}
